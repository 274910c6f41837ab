import { loadNetwork } from '../../../../functions/photos/model/network.ts';
import { networks } from '../../../../functions/photos/model/networks.ts';
import { readPhotos } from '../../../../functions/photos/model/photos.ts';
import { thumbnail } from '../../../../functions/photos/model/thumbnail.ts';
import { keptAnswers, MODELS } from '../../../calibrate/photo-answers.ts';
import { cpuMs, type DataSet } from './answered.ts';

/** Photos that each model is timed on. */
const TIMED = 200;
const WARM_UP = 30;

/** The photo demo's three networks. What they say of 6,000 photos is kept; they are asked again where they are timed. */
export async function photos(quick: boolean): Promise<DataSet> {
  const timed = (await readPhotos('photos')).slice(0, quick ? TIMED / 4 : TIMED);
  const { validation, demo } = keptAnswers();
  const loaded = await Promise.all(MODELS.map((name) => loadNetwork(networks[name])));
  const ms = loaded.map((network, model) => {
    const inputs = timed.map(({ pixels }) => (network.side === 14 ? thumbnail(pixels) : pixels));
    for (const input of inputs.slice(0, WARM_UP)) network.classify(input);
    const kept = demo.models[model]!.label;
    return cpuMs(
      inputs.map((input, i) => () => {
        if (network.classify(input).label !== kept[i]) throw new Error(`${network.name} said otherwise of photo ${i}`);
      }),
    );
  });
  return {
    name: 'photos (Fashion-MNIST)',
    models: MODELS,
    work: loaded.map(({ multiplyAdds }) => multiplyAdds),
    ms,
    validation,
    test: demo,
  };
}
