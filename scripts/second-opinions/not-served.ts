/** Why a server cannot be had on this machine; its checks are then not run. */
export class NotServed extends Error {}
