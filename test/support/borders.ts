import { posix } from 'node:path';

/** A source file by its path in the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a layer may import: other layers, and modules from outside. */
interface Rule {
  readonly layers: readonly string[];
  readonly modules: readonly RegExp[];
}

const NODE = /^node:/;
const AWS = /^(@aws-sdk|@smithy|@middy)\//;
const CDK = /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/;
/** Any module, but for the clouds': those have one place each. */
const NEITHER_CLOUD = /^(?!@aws-sdk\/|@smithy\/|@middy\/|aws-cdk-lib|constructs|cdk-nag)/;
const PURE = ['core', 'calibrate', 'cost', 'report'];
const OUTER = [...PURE, 'ports', 'runtime', 'local', 'aws', 'testing', 'conformance', 'cli', 'index'];

const RULES: Readonly<Record<string, Rule>> = {
  core: { layers: ['core'], modules: [/^fastest-levenshtein$/, /^node:crypto$/] },
  ports: { layers: ['core', 'ports'], modules: [] },
  runtime: { layers: ['core', 'ports', 'runtime'], modules: [NODE] },
  local: { layers: ['core', 'ports', 'runtime', 'local'], modules: [NODE, /^fastest-levenshtein$/] },
  aws: { layers: ['core', 'ports', 'runtime', 'aws'], modules: [AWS, NEITHER_CLOUD] },
  testing: { layers: ['core', 'ports', 'runtime', 'testing'], modules: [NEITHER_CLOUD] },
  conformance: { layers: ['core', 'ports', 'conformance'], modules: [NODE] },
  calibrate: { layers: ['core', 'calibrate'], modules: [] },
  cost: { layers: ['core', 'cost'], modules: [] },
  report: { layers: ['core', 'calibrate', 'cost', 'report'], modules: [] },
  index: { layers: ['core', 'ports', 'runtime'], modules: [] },
  cli: { layers: OUTER, modules: [NEITHER_CLOUD] },
  infra: { layers: [...OUTER, 'infra'], modules: [CDK, NEITHER_CLOUD] },
};

/** Every import that crosses a border it may not cross, as a sentence that names file, line and import. */
export function breaches(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const from = layerOf(file.path);
    return importsOf(file.text)
      .filter((found) => !isAllowed(file.path, from, found))
      .map(({ line, name }) => `${file.path}:${line} (${from}) may not import ${name}`);
  });
}

function isAllowed(path: string, from: string, { name, isType }: Import): boolean {
  if (name.startsWith('.')) {
    const to = layerOf(posix.normalize(posix.join(posix.dirname(path), name)));
    return to === from || (RULES[from]?.layers.includes(to) ?? false);
  }
  if (from.startsWith('functions/')) return NEITHER_CLOUD.test(name);
  // Schemas are the user's choice: only the interface they share is known, and only as a type.
  if (name === '@standard-schema/spec') return isType;
  return RULES[from]?.modules.some((pattern) => pattern.test(name)) ?? false;
}

function layerOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === 'functions') return `functions/${second}`;
  if (top !== 'lib') return top;
  return second === 'index.ts' ? 'index' : second;
}

interface Import {
  readonly name: string;
  readonly line: number;
  readonly isType: boolean;
}

const IMPORT =
  /\b(?:import|export)\s+(type\s)?[^;'"`()]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*['"]([^'"]+)['"]|(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]/g;

/** Import and re-export statements; what stands in comments is an example, not an import. */
function importsOf(text: string): readonly Import[] {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(IMPORT)]
    .map((match) => ({
      name: match[2] ?? match[3] ?? match[5] ?? '',
      line: code.slice(0, match.index).split('\n').length,
      isType: match[1] !== undefined || match[4] !== undefined,
    }))
    .filter(({ name }) => !name.includes('${'));
}
