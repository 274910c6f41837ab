import { type Client, type Cloud, connect, readDecisions, redecide } from 'sluice';
import type { Simulation } from 'sluice/testing';
import type { TypesOf } from '../../lib/core/tier-types.ts';
import type thumb from './app/thumb.ts';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

declare const cloud: Cloud;
declare const world: Simulation;
const photo = new Uint8Array();
const thumbs = connect<typeof import('./app/thumb.ts')>('thumb', { cloud });
const photos = connect<typeof import('./app/small.ts')>('small.photos', { cloud });
holds<Eq<typeof thumbs, Client<TypesOf<typeof thumb>>>>();

// What an entry is sent is what its tier reads; objects come along where it declares some, and only there.
thumbs.send({ shop: 'a', pixels: '' });
thumbs.send({ shop: 'a', pixels: '' }, { flowId: 'f', at: new Date(), delay: '3s', deadline: new Date(), reply: true });
thumbs.sendBatch([{ data: { shop: 'a', pixels: '' }, flowId: 'f', fair: 'a' }]);
photos.send({ camera: 'a' }, { objects: { photo } });
photos.sendBatch([{ data: { camera: 'a' }, flowId: 'f', objects: { photo } }]);
thumbs.result('f', { timeout: '3s' }).then(({ output, tier }) => [tier.trim(), output]);
world.send<typeof import('./app/small.ts')>('small.photos', { camera: 'a' }, { objects: { photo } });

// @ts-expect-error a misspelt entry does not compile
connect<typeof import('./app/thumb.ts')>('thum', { cloud });
// @ts-expect-error signals of a tier that joins come from the tier before it, data by its stream
connect<typeof import('./app/small.ts')>('small', { cloud });
// @ts-expect-error a tier that the data is carried to has no entry
connect<typeof import('./app/deep.ts')>('deep', { cloud });
// @ts-expect-error a client needs a cloud
connect<typeof import('./app/thumb.ts')>('thumb', {});
// @ts-expect-error the data lacks a field
thumbs.send({ shop: 'a' });
// @ts-expect-error the data is of another type
thumbs.send({ shop: 'a', pixels: 3 });
// @ts-expect-error an unknown option
thumbs.send({ shop: 'a', pixels: '' }, { flowID: 'f' });
// @ts-expect-error a duration needs a unit
thumbs.send({ shop: 'a', pixels: '' }, { delay: '3' });
// @ts-expect-error this entry declares no objects
thumbs.send({ shop: 'a', pixels: '' }, { objects: { photo } });
// @ts-expect-error the object that the entry declares is missing
photos.send({ camera: 'a' });
// @ts-expect-error another object than the entry declares
photos.send({ camera: 'a' }, { objects: { image: photo } });
// @ts-expect-error objects are bytes
photos.send({ camera: 'a' }, { objects: { photo: 'bytes' } });
// @ts-expect-error of many, each needs its objects
photos.sendBatch([{ data: { camera: 'a' } }]);
// @ts-expect-error a simulation asks for the same
world.send<typeof import('./app/small.ts')>('small.photos', { camera: 'a' });

// @ts-expect-error an unknown option
readDecisions(cloud, { unqiue: true });
// @ts-expect-error a time is a Date, or a number
readDecisions(cloud, { from: '2026-11-22' });
// @ts-expect-error a threshold is a number
redecide(cloud, { with: { small: '0.9' } });
