import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One place of the program that makes an error. */
export interface ErrorSite {
  readonly code: string;
  /** The operator's text; three dots replace the inserted values. */
  readonly message: string;
  /** The hint for the operator, in the same form; undefined where the error gets it from elsewhere. */
  readonly hint: string | undefined;
  readonly file: string;
  readonly line: number;
}

const folders = ['app', 'core', 'imaging', 'simulation', 'wires', 'plugins'];
const codeForm = /^[a-z][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/;

/** Every place that makes an error with a stable code, in the order of files and lines. `root` is the folder of the sources. */
export function errorSites(root: string): readonly ErrorSite[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.split(path.sep).join('/')}`,
      ),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.includes('/pkg/'))
    .sort()
    .flatMap((file) =>
      sitesOf(ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true)),
    );
}

/** Codes that a type promises, such as `ImagingErrorCode`; each must be made somewhere. */
export function promisedCodes(root: string): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /error[a-z-]*\.ts$/.test(name))
      .flatMap((name) =>
        [...readFileSync(path.join(root, folder, name), 'utf8').matchAll(/\|\s*'([a-z][a-z0-9-]*\/[a-z0-9-]+)'/g)].map(
          (match) => match[1]!,
        ),
      ),
  );
}

function sitesOf(source: ts.SourceFile): readonly ErrorSite[] {
  const sites: ErrorSite[] = [];
  const note = (
    node: ts.Node,
    code: string,
    message: ts.Expression | undefined,
    hint: ts.Expression | undefined,
  ): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    sites.push({ code, message: textOf(message) ?? '...', hint: textOf(hint), file: source.fileName, line: line + 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const code = valueOf(node, 'code');
      if (code && ts.isStringLiteral(code) && code.text.includes('/'))
        note(node, code.text, valueOf(node, 'message'), valueOf(node, 'hint'));
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const given = [...(node.arguments ?? [])];
      const at = given.findIndex((each) => ts.isStringLiteral(each) && codeForm.test(each.text));
      const called = node.expression.getText();
      const [first] = given;
      // Problems of the settings have their code without the room, and their place before the message.
      if (/^(fault|warning)$/.test(called) && first && ts.isStringLiteral(first))
        note(node, `settings/${first.text}`, given[2], given[3]);
      else if (at >= 0 && (ts.isNewExpression(node) || /\.add$/.test(called))) {
        // A list of problems gets the line before the message.
        const [message, hint] = given.slice(at + (ts.isNewExpression(node) ? 1 : 2));
        if (hint) note(node, (given[at] as ts.StringLiteral).text, message, hint);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sites;
}

function valueOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of object.properties) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === name) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property) && property.name.text === name) return property.name;
  }
  return undefined;
}

/** The words of an expression, with three dots for each value; undefined when there are none. */
function textOf(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const words = node.head.text + node.templateSpans.map(({ literal }) => `...${literal.text}`).join('');
    return /^\.*$/.test(words) ? undefined : words;
  }
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isConditionalExpression(node)) {
    const both = [textOf(node.whenTrue), textOf(node.whenFalse)].filter((each) => each !== undefined);
    return both.length > 0 ? both.join(' / ') : undefined;
  }
  if (ts.isBinaryExpression(node)) {
    const both = [textOf(node.left), textOf(node.right)];
    return both.every((each) => each === undefined) ? undefined : both.map((each) => each ?? '...').join('');
  }
  if (ts.isArrayLiteralExpression(node)) return textOf(node.elements[0]);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
    return textOf(node.expression.expression);
  return ts.isIdentifier(node) ? valueOfName(node) : undefined;
}

/** The words of a constant or of a parameter's default of that name in the surrounding functions and the file. */
function valueOfName(name: ts.Identifier): string | undefined {
  for (let around: ts.Node = name.parent; around; around = around.parent) {
    const declared: ts.Expression[] = [];
    if (ts.isFunctionLike(around))
      declared.push(
        ...around.parameters.flatMap((each) =>
          each.name.getText() === name.text && each.initializer ? [each.initializer] : [],
        ),
      );
    if (ts.isBlock(around) || ts.isSourceFile(around))
      for (const statement of around.statements)
        if (ts.isVariableStatement(statement))
          declared.push(
            ...statement.declarationList.declarations.flatMap((each) =>
              each.name.getText() === name.text && each.initializer ? [each.initializer] : [],
            ),
          );
    const found = textOf(declared.find((each) => each !== name));
    if (found !== undefined) return found;
  }
  return undefined;
}
