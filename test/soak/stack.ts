import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { bundleApplication, Cascade } from '../../infra/index.ts';

/** The soaked application as a stack that keeps nothing. */
const app = new App();
const stack = new Stack(app, 'SluiceSoak');
const application = await bundleApplication('test/soak/functions/mill');
const batchSize = 10;
new Cascade(stack, 'Mill', {
  application,
  removalPolicy: RemovalPolicy.DESTROY,
  tiers: { cheap: { batchSize }, dear: { batchSize }, dearest: { batchSize } },
});
app.synth();
