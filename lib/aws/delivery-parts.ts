/** What delivering takes, in one file to load when a function begins to deliver. */
export { type FirehoseClient, firehoseClient } from './firehose-client.ts';
export { packed } from './pack.ts';
