export type { AwsClients, AwsCloudOptions } from './cloud.ts';
export { awsCloud } from './cloud.ts';
export type { LineSink } from './decisions.ts';
export { stdoutDecisions } from './decisions.ts';
