export type { AwsClients } from './cloud.ts';
export type { LineSink } from './decisions.ts';
export { stdoutDecisions } from './decisions.ts';
export type { ClientCloudOptions as AwsCloudOptions } from './readable-cloud.ts';
export { clientCloud as awsCloud } from './readable-cloud.ts';
