// List prices and limits of AWS, us-east-1, in dollars, as written down on 2026-11-30 from memory of its public price lists, the same
// as in the comments of infra/*/stack.ts. They change, and nobody has compared them with a bill: AWS's calculator is right.

export const prices = {
  apiGatewayMillion: 1.0,
  lambdaMillion: 0.2,
  /** arm64. */
  lambdaGbSecond: 0.0000133334,
  sqsMillion: 0.4,
  dataApiMillion: 0.35,
  /** A request of the Data API is counted for each 32 KB. */
  dataApiUnitBytes: 32 * 1024,
  acuHour: 0.12,
  storageGbMonth: 0.1,
  ioMillion: 0.2,
  alarmMonth: 0.1,
  secretMonth: 0.4,
} as const;

export const limits = {
  /** Requests a second of an account and region, as it begins; more on request. */
  apiGatewayRequests: 10_000,
  /** What our stage lets through (infra/server/stack.ts). */
  ourStageRequests: 2_000,
  /** At once, as an account begins; more on request. */
  lambdaAtOnce: 1_000,
  /** Messages of one standard queue that are in hand. */
  sqsInHand: 120_000,
  auroraAcus: 256,
  auroraGb: 256 * 1024,
  /** Of one result of the Data API. */
  resultBytes: 1024 * 1024,
} as const;
