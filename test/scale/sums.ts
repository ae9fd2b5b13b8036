// What a number of volumes costs a month, from what each operation costs; and how near each limit of AWS that is. Pure.
import type { Cost, Costs, Operation } from './measure.ts';
import { limits, prices } from './prices.ts';

export const secondsOfMonth = 730 * 3600;

/** How often a month, for each volume. A guess that the page states; the sums are linear in it. */
export const use: Readonly<Record<Operation, number>> = {
  'a volume, until it is available': 0.5,
  'show a volume': 60,
  'list 100 volumes with details': 3,
  'attach: attachment, connector, complete': 2,
  detach: 2,
  'snapshot, until it is available': 1,
  'delete a snapshot': 1,
  'extend by one GiB': 0.1,
  'delete a volume': 0.5,
};

/** Requests to the API of each operation. A create is shown until it is available: three times. */
const requests: Readonly<Partial<Record<Operation, number>>> = {
  'a volume, until it is available': 4,
  'attach: attachment, connector, complete': 3,
  'snapshot, until it is available': 4,
};

export interface Assumed {
  /** The busiest minute is so many times the average. */
  readonly peak: number;
  /** How long a function is busy with a request, most of it waiting for the Data API: 10 ms for each statement. */
  readonly requestSeconds: number;
  readonly functionGb: number;
  /** Statements of a second that one ACU does; measured on two cores that PostgreSQL shared (npm run bench). */
  readonly statementsOfAcu: number;
  readonly rowBytes: number;
  /** Back ends, each with a worker that polls two queues. */
  readonly backends: number;
}

export const assumed = (volumes: number, rowBytes: number): Assumed => ({
  ...{ peak: 10, requestSeconds: 0.03, functionGb: 1, statementsOfAcu: 500, rowBytes },
  backends: Math.max(1, Math.ceil(volumes / 20_000)),
});

export interface Sum {
  readonly volumes: number;
  readonly backends: number;
  readonly requests: number;
  readonly statements: number;
  readonly sqsRequests: number;
  readonly dollars: Readonly<Record<'API Gateway' | 'Lambda' | 'SQS' | 'Data API' | 'Aurora' | 'alarms', number>>;
  readonly peak: {
    readonly requests: number;
    readonly statements: number;
    readonly functions: number;
    readonly acus: number;
    readonly messages: number;
    readonly databaseGb: number;
  };
}

const each = (costs: Costs, of: (cost: Cost, operation: Operation) => number): number =>
  Object.entries(costs).reduce((sum, [name, cost]) => sum + use[name as Operation] * of(cost, name as Operation), 0); // its keys

export function sumOf(costs: Costs, volumes: number, given: Assumed): Sum {
  const { backends } = given;
  const asked = volumes * each(costs, (_, name) => requests[name] ?? 1);
  // The shows of who waits are requests and statements of their own.
  const waits = volumes * each(costs, (cost, name) => Math.max(0, (requests[name] ?? 1) - (cost.messages > 0 ? 1 : 3)));
  const minutes = secondsOfMonth / 60;
  // Each minute a sweep of five statements; each back end reports six times a minute, and its pools once.
  const clockwork = minutes * (5 + backends * 7);
  const statements = volumes * each(costs, (cost) => cost.statements) + waits + clockwork;
  const units =
    volumes *
    each(
      costs,
      (cost) => cost.statements * Math.ceil(cost.bytes / Math.max(1, cost.statements) / prices.dataApiUnitBytes),
    );
  const messages = volumes * each(costs, (cost) => cost.messages);
  // Sent, received, deleted; and three empty polls a minute of each of the queues.
  const sqsRequests = messages * 3 + minutes * 3 * (1 + 2 * backends);
  const databaseGb = (volumes * given.rowBytes) / 1024 ** 3;
  const peakStatements = (statements / secondsOfMonth) * given.peak;
  const acus = Math.max(0.5, peakStatements / given.statementsOfAcu);
  const average = Math.max(0.5, statements / secondsOfMonth / given.statementsOfAcu);
  const perSecond = (asked / secondsOfMonth) * given.peak;
  return {
    ...{ volumes, backends, requests: asked, statements, sqsRequests },
    dollars: {
      'API Gateway': (asked / 1e6) * prices.apiGatewayMillion,
      Lambda:
        ((asked + minutes) / 1e6) * prices.lambdaMillion +
        asked * given.requestSeconds * given.functionGb * prices.lambdaGbSecond,
      SQS: (Math.max(0, sqsRequests - 1e6) / 1e6) * prices.sqsMillion,
      'Data API': ((units + waits + clockwork) / 1e6) * prices.dataApiMillion,
      // Two instances, in two zones, as the stage production has them; two pages read or written for each statement.
      Aurora:
        2 * average * 730 * prices.acuHour +
        databaseGb * prices.storageGbMonth +
        ((2 * statements) / 1e6) * prices.ioMillion,
      alarms: (5 + 4 * backends) * prices.alarmMonth + prices.secretMonth,
    },
    peak: {
      ...{ requests: perSecond, statements: peakStatements, acus, databaseGb },
      functions: perSecond * given.requestSeconds,
      messages: (messages / secondsOfMonth) * given.peak,
    },
  };
}

/** How much of each limit the busiest minute takes; over 1 it is met. */
export function sharesOf({ peak }: Sum): Readonly<Record<string, number>> {
  return {
    'requests a second: our stage (2,000)': peak.requests / limits.ourStageRequests,
    'requests a second: API Gateway (10,000)': peak.requests / limits.apiGatewayRequests,
    'functions at once: Lambda (1,000)': peak.functions / limits.lambdaAtOnce,
    'ACUs of the writer: Aurora (256)': peak.acus / limits.auroraAcus,
    'storage: Aurora (256 TiB)': peak.databaseGb / limits.auroraGb,
    // A message is in hand for a second, and for a minute when its worker has died.
    'messages in hand: SQS (120,000)': (peak.messages * 60) / limits.sqsInHand,
  };
}
