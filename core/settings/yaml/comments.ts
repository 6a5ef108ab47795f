import { Lexer } from 'yaml';

/** A comment of a YAML text, or an empty line. */
export interface YamlComment {
  readonly line: number;
  readonly column: number;
  /** The text with its `#`; empty for an empty line. */
  readonly text: string;
  /** True when the comment has the line to itself. */
  readonly alone: boolean;
}

/** All comments and empty lines of a YAML text in order; a `#` inside a quoted string does not count. */
export function commentsOf(text: string): readonly YamlComment[] {
  const comments: YamlComment[] = [];
  let line = 1;
  let column = 1;
  let alone = true;
  for (const lexeme of new Lexer().lex(text)) {
    // The lexer marks the beginning of documents and of plain scalars with characters that are not in the text.
    if (/^[\x02\x18\x1f]$/.test(lexeme)) continue;
    if (lexeme.startsWith('#')) {
      comments.push({ line, column, text: lexeme.replace(/[ \t\r]+$/, ''), alone });
      alone = false;
    } else if (lexeme.includes('\n')) {
      for (const [at, piece] of lexeme.split('\n').slice(0, -1).entries()) {
        if ((at > 0 || alone) && piece.trim() === '')
          comments.push({ line: line + at, column: 1, text: '', alone: true });
      }
      line += lexeme.split('\n').length - 1;
      column = lexeme.length - lexeme.lastIndexOf('\n') - 1;
      alone = lexeme.slice(lexeme.lastIndexOf('\n')).trim() === '';
    } else if (/\S/.test(lexeme)) alone = false;
    column += lexeme.includes('\n') ? 1 : lexeme.length;
  }
  return comments;
}
