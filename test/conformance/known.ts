type Known = Readonly<Record<string, string>>;

/** What emulators do differently from AWS, by the name in `SLUICE_EMULATOR`; versions are in `docs/conformance.md`. */
export const KNOWN: Readonly<Record<string, Known>> = {
  ministack: {},
  'ministack+dynalite': {},
  'ministack+fauxqs': {
    'takes a fair group, whatever its name': 'fauxqs refuses characters above U+FFFF, which SQS takes.',
    'returns every character that XML can hold': 'fauxqs refuses characters above U+FFFF, which SQS takes.',
    'returns JSON of any text': 'fauxqs refuses characters above U+FFFF, which SQS takes.',
  },
  moto: {
    'loses no update of many at a time':
      'moto writes without a lock, and now and then loses one of 200 racing updates.',
    'makes an item of an update that says nothing': 'moto answers 500 to an UpdateItem without an UpdateExpression.',
    'finds no comparison true of a value of another type':
      'moto answers 500 where < compares two types, or takes true for 1.',
  },
};
