/**
 * Writes what each public package exports into its `api.md`: `npm run api`. With `--check`, nothing is written, and it
 * fails if one differs; with `--built`, the packages are not compiled again. So a change of the public API is seen in review.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { type Built, builtPackages, buildPackages, ROOT } from './build.ts';

/** Packages that others write code against. */
const PUBLIC = ['core', 'packages/plugin', 'packages/testing'];

const SILENT = { default: { logLevel: ExtractorLogLevel.None } };

function reportOf({ folder, target }: Built): string {
  // The packages that its types come from.
  const modules = join(target, 'node_modules');
  if (!existsSync(modules)) symlinkSync(join(ROOT, folder, 'node_modules'), modules);
  const temp = mkdtempSync(join(tmpdir(), 'dragoman-api-'));
  try {
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: join(target, 'package.json'),
      configObject: {
        projectFolder: target,
        mainEntryPointFilePath: '<projectFolder>/dist/index.d.ts',
        apiReport: {
          enabled: true,
          reportFileName: 'report.api.md',
          reportFolder: temp,
          reportTempFolder: temp,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        newlineKind: 'lf',
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', lib: ['es2024'] },
              ...{ types: ['node'], skipLibCheck: true, strict: true },
            },
            include: ['dist'],
          },
        },
        messages: {
          extractorMessageReporting: SILENT,
          tsdocMessageReporting: SILENT,
          compilerMessageReporting: SILENT,
        },
      },
    });
    Extractor.invoke(config, { localBuild: true, messageCallback: (message) => (message.handled = true) });
    return readFileSync(join(temp, 'report.api.md'), 'utf8');
  } finally {
    rmSync(temp, { recursive: true });
  }
}

const isCheck = process.argv.includes('--check');
const changed: string[] = [];
const all = process.argv.includes('--built') ? builtPackages() : buildPackages();
for (const built of all.filter(({ folder }) => PUBLIC.includes(folder))) {
  const report = reportOf(built);
  const file = join(ROOT, built.folder, 'api.md');
  if (existsSync(file) && readFileSync(file, 'utf8') === report) continue;
  changed.push(`${built.folder}/api.md`);
  if (!isCheck) writeFileSync(file, report);
}
if (changed.length > 0)
  process.stdout.write(
    isCheck
      ? `The public API has changed: ${changed.join(', ')}. Run \`npm run api\` and commit what it writes.\n`
      : `Wrote ${changed.join(', ')}.\n`,
  );
if (isCheck && changed.length > 0) process.exitCode = 1;
