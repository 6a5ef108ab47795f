/** The way in which a value is changed: its kind, and what it may be. */
export type ChangeState =
  | {
      readonly by: 'number';
      readonly unit: string;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly step: number;
      readonly whole?: true;
    }
  | { readonly by: 'choice'; readonly choices: readonly { readonly value: string; readonly label: string }[] }
  | {
      readonly by: 'switch';
      readonly on: string;
      readonly off: string;
      /** Effect that an operator should know before. */
      readonly hint?: string;
    }
  | {
      /** Several numbers, which are sent as one text with blanks between them. */
      readonly by: 'list';
      /** Names of the numbers, in their order. */
      readonly items: readonly string[];
      /** Numbers that must be there; the last ones may be left out. */
      readonly atLeast: number;
    }
  | {
      readonly by: 'text';
      /** Texts that may be written, in words. */
      readonly hint: string;
      /** Some texts to choose from. */
      readonly offered?: readonly string[];
    };

/** A value as a panel shows it. */
export interface ShownValue {
  readonly text: string;
  /** Undefined where there is none to change, such as a frame time without frames. */
  readonly value?: number | string | boolean;
}

/** One row of a panel: a thing that can be changed, for several purposes. */
export interface FieldState {
  readonly id: string;
  readonly label: string;
  readonly unit?: string;
  /** One sentence for an operator. */
  readonly about: string;
  readonly change: ChangeState;
}
