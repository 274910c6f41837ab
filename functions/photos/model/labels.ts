/** What a photo can show, in the order of the models' ten outputs. */
export const labels = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/** One of the ten kinds of product. */
export type Label = (typeof labels)[number];

/** The label at an output's index, 0 to 9; anything else is a damaged file or a wrong model. */
export function labelAt(index: number): Label {
  const label = labels[index];
  if (label === undefined)
    throw new RangeError(`no label has the index ${index}: it must be 0 to ${labels.length - 1}`);
  return label;
}
