import 'reflect-metadata';
import { container as root, type DependencyContainer } from 'tsyringe';

declare const provided: unique symbol;

/**
 * The key under which something is provided. Interface and token share one exported name, so one import serves as type and key:
 * `export interface Scope {...}` and `export const Scope = token<Scope>('Scope')`.
 */
export interface Token<T> {
  readonly name: string;
  readonly symbol: symbol;
  readonly optional?: boolean;
  readonly [provided]?: T;
}

/** The type that a token stands for. */
export type Provided<T> = T extends Token<infer Type> ? Type : never;
/** The types that a list of tokens stands for, in order. */
export type ProvidedAll<Tokens extends readonly Token<unknown>[]> = {
  -readonly [Index in keyof Tokens]: Provided<Tokens[Index]>;
};

/** Makes a token; two tokens of one name are still two tokens. */
export function token<T>(name: string): Token<T> {
  return Object.freeze({ name, symbol: Symbol(name) });
}

/** The same token, but what asks for it gets `undefined` instead of being disabled when nobody provides it. */
export function optional<T>(wanted: Token<T>): Token<T | undefined> {
  return Object.freeze({ name: wanted.name, symbol: wanted.symbol, optional: true });
}

/** A container of providers; a thin, typed face of tsyringe that never builds a class nobody registered. */
export class Registry {
  private readonly owners = new Map<symbol, string>();

  constructor(private readonly container: DependencyContainer = root.createChildContainer()) {}

  /** Provides a finished value. Returns the owner of an earlier claim instead, if there is one; nothing is registered then. */
  provide<T>(key: Token<T>, value: T, owner: string): string | undefined {
    return this.claim(key, owner, () => this.container.registerInstance<T>(key.symbol, value));
  }

  /** Provides a value that is made when first asked for, once. */
  provideLazily<T>(key: Token<T>, make: () => T, owner: string): string | undefined {
    let made: { value: T } | undefined;
    return this.claim(key, owner, () =>
      this.container.register<T>(key.symbol, { useFactory: () => (made ??= { value: make() }).value }),
    );
  }

  /** Whether somebody provides this. */
  has(key: Token<unknown>): boolean {
    return this.owners.has(key.symbol);
  }

  /** Who provides this. */
  ownerOf(key: Token<unknown>): string | undefined {
    return this.owners.get(key.symbol);
  }

  /** What is provided under a token; throws for one that is neither provided nor optional. */
  get<T>(key: Token<T>): T {
    if (this.has(key)) return this.container.resolve<T>(key.symbol);
    if (key.optional) return undefined as T;
    throw new Error(`Nothing provides ${key.name}.`);
  }

  /** The tokens of a list that nobody provides. */
  missing(keys: readonly Token<unknown>[]): readonly Token<unknown>[] {
    return keys.filter((key) => !key.optional && !this.has(key));
  }

  /** What is provided under each token of a list, in order. */
  getAll<const Tokens extends readonly Token<unknown>[]>(keys: Tokens): ProvidedAll<Tokens> {
    return keys.map((key) => this.get(key)) as ProvidedAll<Tokens>;
  }

  private claim(key: Token<unknown>, owner: string, register: () => void): string | undefined {
    const earlier = this.owners.get(key.symbol);
    if (earlier !== undefined) return earlier;
    this.owners.set(key.symbol, owner);
    register();
    return undefined;
  }
}
