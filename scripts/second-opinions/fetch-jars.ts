import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { fetchedOnce } from './folder.ts';

/** A package of Maven. */
export interface Coordinates {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';

/** A folder with the jars of a package and of all it needs, fetched by Maven. @throws NotServed */
export function fetchJars({ groupId, artifactId, version }: Coordinates): string {
  run('asking Java for its version', 'java', ['-version']);
  const folder = fetchedOnce(`${artifactId}-${version}`, (dir) => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'pom.xml'), pom({ groupId, artifactId, version }));
    const options = ['-DincludeScope=runtime', '-DoutputDirectory=lib'];
    run(`fetching ${groupId}:${artifactId}:${version}`, 'mvn', [
      '-q',
      '-B',
      '-f',
      join(dir, 'pom.xml'),
      COPY,
      ...options,
    ]);
  });
  return join(folder, 'lib');
}

/** A project that does nothing but need the package. */
function pom({ groupId, artifactId, version }: Coordinates): string {
  const id = (g: string, a: string, v: string): string =>
    `<groupId>${g}</groupId><artifactId>${a}</artifactId><version>${v}</version>`;
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  ${id('sluice', 'second-opinions', '1')}
  <dependencies><dependency>${id(groupId, artifactId, version)}</dependency></dependencies>
</project>
`;
}
