/** Where the objects of clients lie in the cascade's bucket. */
export const SENT = 'objects/';
/** Where the objects lie that tiers produce. */
export const PRODUCED = 'produced/';
/** Where messages lie that are too large to travel. */
export const MESSAGES = 'messages/';

/** Where the files of models lie that a control names; they are kept until somebody deletes them. */
export const MODELS = 'models/';

/** Where the halves of a tier's joins lie that are too large for the table. */
export const halvesOf = (tier: string): string => `halves/${tier}/`;

/** Where the objects of one flow lie: of all that a client may put and refer to, only these are deleted with the flow. */
export const sentWith = (flow: string): string => `${SENT}${encodeURIComponent(flow)}/`;
