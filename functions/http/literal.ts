// Python literals in queries: `metadata={'k': 'v'}`, `status=['a', 'b']`. Clients have always sent them.

/** What a literal can be here. */
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

const named: Readonly<Record<string, Literal>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '/': '/',
};
const deepest = 8;

/** The value that a text writes down, or undefined when the text is no literal. Takes JSON as well. */
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
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  value(depth: number): Literal {
    if (depth > deepest) throw new NoLiteral();
    this.space();
    const next = this.text[this.at];
    if (next === '{') return this.map(depth);
    if (next === '[' || next === '(') return this.list(next === '[' ? ']' : ')', depth);
    if (next === 'u' && /['"]/.test(this.text[this.at + 1] ?? '')) this.at += 1;
    const quote = this.text[this.at];
    if (quote === "'" || quote === '"') return this.string(quote);
    return this.word();
  }

  private word(): Literal {
    const found = /^[A-Za-z]+|^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?/.exec(this.text.slice(this.at));
    if (found === null) throw new NoLiteral();
    this.at += found[0].length;
    if (Object.hasOwn(named, found[0])) return named[found[0]] ?? null;
    const number = Number(found[0]);
    if (Number.isNaN(number)) throw new NoLiteral();
    return number;
  }

  private string(quote: string): string {
    let out = '';
    this.at += 1;
    for (;;) {
      const next = this.text[this.at];
      if (next === undefined) throw new NoLiteral();
      this.at += 1;
      if (next === quote) return out;
      if (next !== '\\') {
        out += next;
        continue;
      }
      const escaped = this.text[this.at] ?? '';
      this.at += 1;
      out += escapes[escaped] ?? `\\${escaped}`;
    }
  }

  private list(end: string, depth: number): Literal[] {
    const out: Literal[] = [];
    this.each(end, () => out.push(this.value(depth + 1)));
    return out;
  }

  private map(depth: number): { [key: string]: Literal } {
    const out: [string, Literal][] = [];
    this.each('}', () => {
      const key = this.value(depth + 1);
      this.space();
      if (this.text[this.at] !== ':' || typeof key === 'object') throw new NoLiteral();
      this.at += 1;
      out.push([String(key), this.value(depth + 1)]);
    });
    return Object.fromEntries(out);
  }

  private each(end: string, item: () => void): void {
    this.at += 1;
    for (;;) {
      this.space();
      if (this.text[this.at] === end) {
        this.at += 1;
        return;
      }
      item();
      this.space();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== end) throw new NoLiteral();
    }
  }
}
