import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SERDE = /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/].*[\\/]/.source;
const file = (name: string): RegExp => new RegExp(`${SERDE}${name}\\.js$`);

/** Told by what it can do: naming `ReadableStream` makes Node load all of its web streams. */
const isWebStream = (value: string): string => `typeof ${value}?.getReader === 'function'`;

/** Keeps the SDK from loading kinds of streams only to tell that a text is none of them: 4 ms of each cold start. */
export const streamsPlugin: Plugin = {
  name: 'sluice-streams',
  setup(build) {
    build.onLoad({ filter: file('stream-type-check') }, () => ({
      contents: `export const isReadableStream = (stream) => ${isWebStream('stream')};
export const isBlob = (blob) => typeof Blob === 'function' && blob instanceof Blob;`,
    }));
    build.onLoad({ filter: file('isStreamingPayload') }, () => ({
      contents: `import { Readable } from 'node:stream';
export const isStreamingPayload = (request) => request?.body instanceof Readable || ${isWebStream('request?.body')};`,
    }));
    // Those of browsers; Node's own stand beside them.
    build.onLoad({ filter: file('ChecksumStream\\.browser') }, () => ({ contents: 'export class ChecksumStream {}' }));
    build.onLoad({ filter: file('sdk-stream-mixin\\.browser') }, () => ({
      contents: "export const sdkStreamMixin = () => { throw new Error('no stream of this Node'); };",
    }));
    build.onLoad({ filter: file('calculateBodyLength') }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace('import { ReadStream, ', 'import fs, { ')
        .replace('instanceof ReadStream', 'instanceof fs.ReadStream'),
    }));
  },
};
