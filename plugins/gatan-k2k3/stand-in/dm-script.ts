/** A value of a script. */
export type ScriptValue = number | string;

/** Argument of a function of the script: its value, or the variable that the function sets. */
export interface ScriptArgument {
  value(): ScriptValue;
  set(value: ScriptValue): void;
}

/** Functions that a script can call, by name in lower case, as the language ignores the case. */
export type ScriptFunctions = Readonly<
  Record<string, (...given: readonly ScriptArgument[]) => ScriptValue | void> & object
>;

/** Error for a script that cannot be understood or that asks for what does not exist. */
export class ScriptError extends Error {}
/** The end of a script, with what it gives to `Exit`. */
class Exit {
  constructor(readonly value: number) {}
}

const token =
  /\s*?(\n)|[^\S\n]+|\/\/[^\n]*|("[^"]*")|(\d+\.?\d*|\.\d+)|([A-Za-z_]\w*)|(:=|==|!=|>=|<=|&&|\|\||[-+*/=<>!(){},;])/y;
const declarations: ReadonlySet<string> = new Set(['number', 'object', 'string', 'image', 'taggroup', 'realnumber']);
const binary: Readonly<Record<string, readonly [level: number, apply: (a: number, b: number) => number]>> = {
  '||': [1, (a, b) => Number(a !== 0 || b !== 0)],
  '&&': [2, (a, b) => Number(a !== 0 && b !== 0)],
  '==': [3, (a, b) => Number(a === b)],
  '!=': [3, (a, b) => Number(a !== b)],
  '<': [4, (a, b) => Number(a < b)],
  '>': [4, (a, b) => Number(a > b)],
  '<=': [4, (a, b) => Number(a <= b)],
  '>=': [4, (a, b) => Number(a >= b)],
  '+': [5, (a, b) => a + b],
  '-': [5, (a, b) => a - b],
  '*': [6, (a, b) => a * b],
  '/': [6, (a, b) => a / b],
};

/**
 * Runs a script of DigitalMicrograph as far as clients of the camera server need it: variables, conditions, blocks,
 * calls and arithmetic.
 * @returns what the script gives to `Exit`; 0 without that
 * @throws ScriptError
 */
export function runDmScript(text: string, functions: ScriptFunctions): number {
  try {
    new Interpreter(tokensOf(text), functions).run();
  } catch (error) {
    if (error instanceof Exit) return error.value;
    throw error;
  }
  return 0;
}

function tokensOf(text: string): readonly string[] {
  const clean = text.replace(/\r\n?/g, '\n');
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < clean.length) {
    const at = token.lastIndex;
    const match = token.exec(clean);
    if (!match) throw new ScriptError(`The script has a strange character at ${at}.`);
    const kept = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5];
    if (kept !== undefined) tokens.push(kept);
  }
  return tokens;
}

/** Runs tokens as it reads them; what a condition leaves out is read and not done. */
class Interpreter {
  private at = 0;
  private skipping = false;
  private readonly variables = new Map<string, ScriptValue>();

  constructor(
    private readonly tokens: readonly string[],
    private readonly functions: ScriptFunctions,
  ) {}

  run(): void {
    for (this.skipBreaks(); this.at < this.tokens.length; this.skipBreaks()) this.statement();
  }

  private statement(): void {
    this.skipBreaks();
    const word = this.peek()?.toLowerCase();
    if (word === '{') return this.block();
    if (word === 'if') return this.condition();
    if (word !== undefined && declarations.has(word)) return this.declaration();
    this.assignmentOrCall();
    this.end();
  }

  private block(): void {
    this.take('{');
    for (this.skipBreaks(); this.peek() !== '}'; this.skipBreaks()) this.statement();
    this.take('}');
  }

  private condition(): void {
    this.at++;
    this.take('(');
    const holds = this.number(this.expression()) !== 0;
    this.take(')');
    this.when(holds);
    const back = this.at;
    this.skipBreaks();
    if (this.peek()?.toLowerCase() === 'else') {
      this.at++;
      this.when(!holds);
    } else this.at = back;
  }

  private when(holds: boolean): void {
    const before = this.skipping;
    this.skipping ||= !holds;
    this.statement();
    this.skipping = before;
  }

  private declaration(): void {
    this.at++;
    do {
      const name = this.next().toLowerCase();
      this.assign(name, this.peek() === '=' || this.peek() === ':=' ? (this.at++, this.expression()) : 0);
    } while (this.peek() === ',' && this.at++ >= 0);
    this.end();
  }

  private assignmentOrCall(): void {
    const following = this.tokens[this.at + 1];
    if (following === '=' || following === ':=') {
      const name = this.next().toLowerCase();
      this.at++;
      return this.assign(name, this.expression());
    }
    this.expression();
  }

  private assign(name: string, value: ScriptValue): void {
    if (!/^[a-z_]\w*$/.test(name)) throw new ScriptError(`"${name}" is not a name.`);
    if (!this.skipping) this.variables.set(name, value);
  }

  private expression(level = 1): ScriptValue {
    let left = this.operand();
    for (;;) {
      const operator = binary[this.peek() ?? ''];
      if (!operator || operator[0] < level) return left;
      this.at++;
      left = operator[1](this.number(left), this.number(this.expression(operator[0] + 1)));
    }
  }

  private operand(): ScriptValue {
    const word = this.next();
    if (word === '-') return -this.number(this.operand());
    if (word === '!') return Number(this.number(this.operand()) === 0);
    if (word === '(') {
      const value = this.expression();
      this.take(')');
      return value;
    }
    if (word.startsWith('"')) return word.slice(1, -1);
    if (/^[\d.]/.test(word)) return Number(word);
    const name = word.toLowerCase();
    if (this.peek() === '(') return this.call(name);
    return this.variable(name);
  }

  private call(name: string): ScriptValue {
    this.take('(');
    const given: ScriptArgument[] = [];
    while (this.peek() !== ')') {
      const from = this.tokens[this.at]?.toLowerCase() ?? '';
      const alone = this.tokens[this.at + 1] === ',' || this.tokens[this.at + 1] === ')';
      const value = this.expression();
      given.push({
        value: () => value,
        set: (result) => {
          if (!alone) throw new ScriptError(`${name} needs a variable.`);
          this.assign(from, result);
        },
      });
      if (this.peek() === ',') this.at++;
    }
    this.take(')');
    if (this.skipping) return 0;
    if (name === 'exit') throw new Exit(this.number(given[0]?.value() ?? 0));
    const called = Object.hasOwn(this.functions, name) ? this.functions[name] : undefined;
    if (!called) throw new ScriptError(`There is no function ${name}.`);
    return called(...given) ?? 0;
  }

  private variable(name: string): ScriptValue {
    const value = this.variables.get(name);
    if (value !== undefined) return value;
    if (this.skipping) return 0;
    throw new ScriptError(`There is no variable ${name}.`);
  }

  private number(value: ScriptValue): number {
    if (typeof value === 'number') return value;
    throw new ScriptError(`"${value}" is not a number.`);
  }

  private end(): void {
    const ended = this.peek();
    if (ended === ';' || ended === '\n') this.at++;
    else if (ended !== undefined && ended !== '}') throw new ScriptError(`"${ended}" was not expected.`);
  }

  private skipBreaks(): void {
    while (this.peek() === '\n' || this.peek() === ';') this.at++;
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private next(): string {
    const word = this.tokens[this.at++];
    if (word === undefined) throw new ScriptError('The script ends too early.');
    return word;
  }

  private take(wanted: string): void {
    if (this.next() !== wanted) throw new ScriptError(`"${wanted}" is missing.`);
  }
}
