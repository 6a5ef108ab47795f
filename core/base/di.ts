import 'reflect-metadata';
import { container as root, type DependencyContainer } from 'tsyringe';
import { markCopy } from './copy';

declare const provided: unique symbol;

/**
 * The key under which something is provided. Interface and token share one exported name, so one import serves as type
 * and key: `export interface Scope {...}` and `export const Scope = token<Scope>('Scope')`.
 */
export interface Token<T> {
  readonly name: string;
  readonly symbol: symbol;
  readonly optional?: boolean;
  /** True for something other than a device, in which nothing needs a guard. */
  readonly service?: true;
  readonly [provided]?: T;
}

/** The type that belongs to a token. */
export type Provided<T> = T extends Token<infer Type> ? Type : never;

/** Makes a token; two tokens with the same name are still two tokens. */
export function token<T, More extends object = object>(name: string, more?: More): Token<T> & More {
  return Object.freeze(markCopy({ name, symbol: Symbol(name), ...more })) as Token<T> & More;
}

/** Makes the token of a service: something that plugins and program do for one another, other than a device. */
export const service = <T>(name: string): Token<T> => token<T, Pick<Token<T>, 'service'>>(name, { service: true });

/** The same token for optional use: a consumer gets `undefined` when nobody provides it, and is not disabled. */
export function optional<T>(wanted: Token<T>): Token<T | undefined> {
  return Object.freeze({ name: wanted.name, symbol: wanted.symbol, optional: true });
}

/** A container of providers: a thin, typed layer over tsyringe that never builds a class that nobody registered. */
export class Registry {
  private readonly owners = new Map<symbol, string>();
  private readonly provided: Token<unknown>[] = [];
  private readonly reasons = new Map<Token<unknown>, string | (() => string)>();

  constructor(private readonly container: DependencyContainer = root.createChildContainer()) {}

  /**
   * Provides a finished value. If another owner already provides this token, registers nothing and returns that owner.
   */
  provide<T>(key: Token<T>, value: T, owner: string): string | undefined {
    return this.claim(key, owner, () => this.container.registerInstance<T>(key.symbol, value));
  }

  /** The tokens of everything that is provided, in the order in which it was. */
  get tokens(): readonly Token<unknown>[] {
    return this.provided;
  }

  /** True when somebody provides this token. */
  has(key: Token<unknown>): boolean {
    return this.owners.has(key.symbol);
  }

  /** The provider of a token. */
  ownerOf(key: Token<unknown>): string | undefined {
    return this.owners.get(key.symbol);
  }

  /** The value of a token; throws when the token is neither provided nor optional. */
  get<T>(key: Token<T>): T {
    if (this.has(key)) return this.container.resolve<T>(key.symbol);
    if (key.optional) return undefined as T;
    throw new Error(`Nothing provides ${key.name}.`);
  }

  /** Remembers why the instrument lacks something, for those who miss it; a function is asked only then. */
  lack(key: Token<unknown>, reason: string | (() => string)): void {
    this.reasons.set(key, reason);
  }

  /** Remembers that other things are lacking for the same reason as one; nothing where that one has no reason. */
  lackFor(first: Token<unknown>, others: readonly Token<unknown>[]): void {
    const reason = this.reasons.get(first);
    if (reason !== undefined) for (const other of others) this.reasons.set(other, reason);
  }

  /** Everything that nobody provides and that somebody gave a reason for. */
  get lacks(): readonly { readonly token: Token<unknown>; readonly reason: string }[] {
    return [...this.reasons].flatMap(([token, reason]) =>
      this.has(token) ? [] : [{ token, reason: typeof reason === 'string' ? reason : reason() }],
    );
  }

  /** The tokens of a list that nobody provides. */
  missing(keys: readonly Token<unknown>[]): readonly Token<unknown>[] {
    return keys.filter((key) => !key.optional && !this.has(key));
  }

  private claim(key: Token<unknown>, owner: string, register: () => void): string | undefined {
    const earlier = this.owners.get(key.symbol);
    if (earlier !== undefined) return earlier;
    this.owners.set(key.symbol, owner);
    this.provided.push(key);
    register();
    return undefined;
  }
}
