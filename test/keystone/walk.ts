// What the parts of the scenario share: how a request is sent, and what is known by then.

// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field, and a wrong field fails the test
type Answer = any;

export interface Reply {
  readonly status: number;
  readonly token: string | null;
  readonly body: Answer;
}

export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>;

/** What is made on the way, by its name. */
export type Known = Answer;

export interface Walk {
  readonly send: Ask;
  readonly admin: string;
  readonly password: string;
  ask(what: string, method: string, path: string, body?: unknown, token?: string, headers?: object): Promise<Reply>;
  signIn(what: string, auth: unknown): Promise<Reply>;
}

export const byPassword = (name: string, secret: string, scope?: unknown) => ({
  identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password: secret } } },
  ...(scope === undefined ? {} : { scope }),
});
