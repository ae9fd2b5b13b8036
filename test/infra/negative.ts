// Mistakes that the type check of the infrastructure must find. Were `sst` of no type at all, as it silently is with
// other compiler options, these lines would have no error, and then the check fails.

export function mistakes() {
  new sst.aws.Aurora('A', {
    engine: 'postgres',
    vpc: new sst.aws.Vpc('Network'),
    // @ts-expect-error: a switch is true or false
    dataApi: 'on',
  });
  new sst.aws.Function('B', {
    handler: 'a.handler',
    // @ts-expect-error: there is no such runtime
    runtime: 'nodejs99.x',
  });
  // @ts-expect-error: the option is called visibilityTimeout
  new sst.aws.Queue('C', { visibility: '30 seconds' });
  new aws.cloudwatch.MetricAlarm('D', {
    comparisonOperator: 'GreaterThanThreshold',
    // @ts-expect-error: a number of periods
    evaluationPeriods: 'two',
  });
}
