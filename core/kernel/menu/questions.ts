import type {
  LiveBeside,
  Answer,
  ChoiceQuestion,
  ConfirmQuestion,
  NumberQuestion,
  Question,
  QuestionDeclaration,
  TextQuestion,
} from '../operator/operator';

interface Declared<Kind extends Question['kind']> {
  readonly kind: Kind;
  /** The occasion and the reason, in a sentence that the operator reads. */
  readonly why: string;
  /** An offer when all is done: prepared answers that do not name it decline it. */
  readonly offer?: true;
  /** Shown while the operator thinks about the answer. */
  readonly live?: LiveBeside;
}
/** A declared number with its unit and, where they are known beforehand, its limits. */
export interface NumberSpec
  extends Declared<'number'>, Pick<NumberQuestion, 'unit' | 'minimum' | 'maximum' | 'integer' | 'decimals'> {}
/** A declared choice: each answer with its label. */
export interface ChoiceSpec<Choice extends string = string> extends Declared<'choice'> {
  readonly choices: Readonly<Record<Choice, string>>;
}
/** A question that an item declares. */
export type QuestionSpec = Declared<'confirm'> | NumberSpec | Declared<'text'> | ChoiceSpec;
/** The questions that an item declares, by their ids. */
export type QuestionSpecs = Readonly<Record<string, QuestionSpec>>;

/** The answer to a declared question. */
export type AnswerTo<Spec> =
  Spec extends ChoiceSpec<infer Choice>
    ? Choice
    : Spec extends { readonly kind: 'number' }
      ? number
      : Spec extends { readonly kind: 'confirm' }
        ? boolean
        : string;

/** The part of a question that is known only when it is asked: its text, its default, and limits that depend on the instrument. */
export type Asked<Spec> = { readonly text: string; readonly default: AnswerTo<Spec> } & (Spec extends {
  readonly kind: 'number';
}
  ? Pick<NumberQuestion, 'minimum' | 'maximum' | 'decimals' | 'offered'>
  : unknown);

/** The question as the operator gets it. */
export function questionOf(
  id: string,
  spec: QuestionSpec,
  asked: { readonly text: string; readonly default: Answer },
): Question {
  const { why: _, ...declared } = spec;
  if (declared.kind !== 'choice')
    return { ...declared, ...asked, id } as ConfirmQuestion | NumberQuestion | TextQuestion;
  const choices = Object.entries(declared.choices).map(([value, label]) => ({ value, label }));
  return { ...declared, ...asked, id, choices } as ChoiceQuestion;
}

/** The questions of an item as its declaration lists them. */
export const declaredQuestions = (specs: QuestionSpecs): readonly QuestionDeclaration[] =>
  Object.entries(specs).map(([id, { kind, why, live }]) => ({ id, kind, summary: why, ...(live && { live }) }));
