type Known = Readonly<Record<string, string>>;

const inOrderOf = (server: string): Known => ({
  'does not let a group that floods the queue starve another': `${server} delivers in the order of sending, whatever the group. Nothing is lost or wrong without fairness; the quiet group waits.`,
});

/** What emulators do differently from AWS, by the name in `SLUICE_EMULATOR`; versions are in `docs/conformance.md`. */
export const KNOWN: Readonly<Record<string, Known>> = {
  ministack: inOrderOf('MiniStack'),
  'ministack+dynalite': inOrderOf('MiniStack'),
  elasticmq: inOrderOf('ElasticMQ'),
  dynalite: {},
  'ministack+fauxqs': {
    ...inOrderOf('fauxqs'),
    'takes a fair group, whatever its name': 'fauxqs refuses characters above U+FFFF, which SQS takes.',
    'returns every character that XML can hold': 'fauxqs refuses characters above U+FFFF, which SQS takes.',
    'returns JSON of any text': 'fauxqs refuses characters above U+FFFF, which SQS takes.',
  },
  moto: {
    ...inOrderOf('moto'),
    'never delivers a message to two receivers at a time':
      'moto receives without a lock, and now and then gives a message to two receivers at a time; sluice answers at least once.',
    'loses no update of many at a time':
      'moto writes without a lock, and now and then loses one of 200 racing updates.',
    'makes an item of an update that says nothing': 'moto answers 500 to an UpdateItem without an UpdateExpression.',
    'finds no comparison true of a value of another type':
      'moto answers 500 where < compares two types, or takes true for 1.',
  },
};
