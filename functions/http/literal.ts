// Literals of Python and JSON in queries: `metadata={'k': 'v'}`, `status=["a", "b"]`. Clients have always sent both.

/** The values that a literal can have here. */
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

const named: Readonly<Record<string, Literal>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};
/** Escapes of one character, of both languages. */
const signs: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '', // a line continuation
  '\\': '\\',
  "'": "'",
  '"': '"',
  '/': '/',
};
/** Escapes by code: `\x41`, `\u00e9`, `\U0001f600`, and octal `\101`. */
const numbered: readonly (readonly [pattern: RegExp, base: 8 | 16])[] = [
  [/x([\da-fA-F]{2})/y, 16],
  [/u([\da-fA-F]{4})/y, 16],
  [/U([\da-fA-F]{8})/y, 16],
  [/([0-7]{1,3})/y, 8],
];
const deepest = 8;
const largestCodePoint = 0x10ffff;

/** The value of a literal, or undefined when the text is not one. */
export function parseLiteral(text: string): Literal | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    reader.space();
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

class NoLiteral extends Error {}

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  space(): void {
    this.take(/\s*/y);
  }

  value(depth: number): Literal {
    if (depth > deepest) throw new NoLiteral();
    this.space();
    const next = this.text[this.at];
    if (next === '{') return this.map(depth);
    if (next === '[') return this.list(']', depth).items;
    if (next === '(') return this.tuple(depth);
    return this.strings() ?? this.word();
  }

  /** Consumes what matches here. The expression is sticky, and keeps no position between calls. */
  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  private word(): Literal {
    const name = this.take(/[A-Za-z]+/y)?.[0];
    if (name !== undefined) {
      if (!Object.hasOwn(named, name)) throw new NoLiteral();
      return named[name] ?? null;
    }
    const hex = this.take(/0[xX][\da-fA-F]+/y)?.[0];
    const found = hex ?? this.take(/[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y)?.[0].replaceAll('_', '');
    const number = Number(found);
    if (found === undefined || !Number.isFinite(number)) throw new NoLiteral();
    return number;
  }

  /** Adjacent strings are one. Null when none begins here. */
  private strings(): string | null {
    let out: string | null = null;
    for (;;) {
      const begin = this.take(/([uUrR]?)('''|"""|'|")/y);
      if (begin === null) break;
      out = (out ?? '') + this.string(begin[2] ?? '', begin[1]?.toLowerCase() === 'r');
      this.space();
    }
    // Half a surrogate pair is not a character: nothing that is stored contains one.
    if (out !== null && !out.isWellFormed()) throw new NoLiteral();
    return out;
  }

  private string(quote: string, isRaw: boolean): string {
    let out = '';
    for (;;) {
      out += this.take(/[^'"\\]+/y)?.[0] ?? '';
      if (this.text.startsWith(quote, this.at)) {
        this.at += quote.length;
        return out;
      }
      const next = this.text[this.at];
      if (next === undefined) throw new NoLiteral();
      this.at += 1;
      out += next === '\\' ? this.escape(isRaw) : next;
    }
  }

  /**
   * The replacement for a backslash and the character after it: in a raw string, or when it is not an escape, both
   * stay.
   */
  private escape(isRaw: boolean): string {
    const sign = this.text[this.at];
    if (sign === undefined) throw new NoLiteral();
    if (!isRaw) {
      for (const [pattern, base] of numbered) {
        const digits = this.take(pattern)?.[1];
        if (digits !== undefined) return character(Number.parseInt(digits, base));
      }
      if (/[xuUN]/.test(sign)) throw new NoLiteral(); // an escape that is cut short, or a character by name
    }
    this.at += 1;
    return isRaw ? `\\${sign}` : (signs[sign] ?? `\\${sign}`);
  }

  private list(end: string, depth: number): { items: Literal[]; hasComma: boolean } {
    const items: Literal[] = [];
    const hasComma = this.each(end, () => items.push(this.value(depth + 1)));
    return { items, hasComma };
  }

  /** One value in parentheses without a comma is that value. */
  private tuple(depth: number): Literal {
    const { items, hasComma } = this.list(')', depth);
    return items.length === 1 && !hasComma ? (items[0] ?? null) : items;
  }

  private map(depth: number): { [key: string]: Literal } {
    const out: [string, Literal][] = [];
    this.each('}', () => {
      const key = this.value(depth + 1);
      this.space();
      if (this.text[this.at] !== ':' || (typeof key === 'object' && key !== null)) throw new NoLiteral();
      this.at += 1;
      out.push([String(key), this.value(depth + 1)]);
    });
    return Object.fromEntries(out);
  }

  /** Whether there was a comma. */
  private each(end: string, item: () => void): boolean {
    let hasComma = false;
    this.at += 1;
    for (;;) {
      this.space();
      if (this.text[this.at] === end) {
        this.at += 1;
        return hasComma;
      }
      item();
      this.space();
      if (this.text[this.at] === ',') {
        this.at += 1;
        hasComma = true;
      } else if (this.text[this.at] !== end) throw new NoLiteral();
    }
  }
}

function character(number: number): string {
  if (number > largestCodePoint) throw new NoLiteral();
  return String.fromCodePoint(number);
}
