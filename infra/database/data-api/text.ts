// Statements as the Data API takes them: its named parameters are ours, and nothing else in the text looks like one.
import { recent } from '../../recent/port.ts';
import { rewrite, type Token } from '../tokens.ts';
import { type Writing, writingOf } from './writing.ts';

export interface Portable {
  readonly text: string;
  /** The parameters that occur, each once. */
  readonly names: readonly string[];
  /** Of a statement that writes and answers rows: the forms in which none is lost. */
  readonly writing: Writing | null;
}

// As many as named.ts keeps, for the same reason.
const cache = recent<Portable>(2000);

/**
 * The same statement, with no colon before a word and no question mark inside of quotes and comments: whether the
 * service takes those for parameters is nowhere said. They are written as escapes, which PostgreSQL reads as the same
 * text.
 */
export function portable(text: string): Portable {
  const known = cache.get(text);
  if (known) return known;
  const names = new Set<string>();
  const written = rewrite(text, (token) => {
    if (token.name !== undefined) names.add(token.name);
    return plain(token);
  });
  const made = { text: written, names: [...names], writing: writingOf(written) };
  cache.set(text, made);
  return made;
}

/** The statements of a script, in order, each as the service takes it. */
export function statementsOf(script: string): string[] {
  const statements: string[] = [];
  // A mark that no text can have: PostgreSQL's text has no NUL.
  const marked = rewrite(script, (token) =>
    token.kind === 'end' ? '\0' : token.kind === 'comment' ? ' ' : plain(token),
  );
  for (const statement of marked.split('\0')) {
    if (statement.trim() !== '') statements.push(statement.trim());
  }
  return statements;
}

const suspicious = /(?<!:):(?=[A-Za-z_])|\?/g;

function plain(token: Token): string {
  const { kind, text } = token;
  if ((kind !== 'text' && kind !== 'comment') || text.search(suspicious) === -1) return text;
  return kind === 'comment' ? ' ' : escaped(text);
}

/** A quoted text as an escape string, in which a colon can be written without one. */
function escaped(text: string): string {
  if (/^[eE]/.test(text)) return withoutMarks(text);
  const tag = /^\$\w*\$/.exec(text)?.[0];
  const inner = tag === undefined ? text.slice(1, -1) : text.slice(tag.length, -tag.length).replaceAll("'", "''");
  return `E'${withoutMarks(inner.replaceAll('\\', '\\\\'))}'`;
}

const withoutMarks = (text: string) => text.replace(suspicious, (mark) => (mark === '?' ? '\\x3F' : '\\x3A'));
