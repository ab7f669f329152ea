// Where there is no browser: Node.js of every age, test runners, and every compiler of the types.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { installConsumer, runIn } from '../fixtures/consumer.js';

const LOG = `const run = await WasmRun.new('in memory'); run.log_metric('loss', 0.5); await run.finish();
  const storage = await WasmStorage.open(); console.log(JSON.stringify([[...(await storage.get_metrics(run.run_id(), 'loss')).value], run.is_persistent()]));`;

for (const version of ['node18', 'node22', 'node24']) {
  test(`${version} logs in memory and says so once`, async () => {
    const root = await installConsumer('node-versions');
    const files = {
      'log.mjs': `import { WasmRun, WasmStorage } from 'entrenar'; ${LOG}`,
      'log.cjs': `const { WasmRun, WasmStorage } = require('entrenar'); (async () => { ${LOG} })();`,
    };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(root, 'node_modules', name), text);
      const { stdout, stderr } = await promisify(execFile)(join(root, `node_modules/${version}/bin/node`), [join(root, 'node_modules', name)]);
      expect(JSON.parse(stdout), name).toEqual([[0.5], false]);
      expect(stderr.trim().split('\n'), name).toEqual([expect.stringMatching(/memory/i)]);
    }
  });
}

for (const environment of ['node', 'jsdom', 'happy-dom']) {
  test(`vitest runs tests that log, in ${environment}`, async () => {
    const root = await installConsumer('test-runners');
    const { stdout } = await runIn(root, 'vitest/vitest.mjs', 'run', '--environment', environment, '--dir', 'vitest');
    expect(stdout).toMatch(/1 passed/);
  });
}

for (const environment of ['node', 'jsdom']) {
  test(`jest runs tests that log, in ${environment}`, async () => {
    const root = await installConsumer('test-runners');
    const { stderr } = await runIn(root, 'jest/bin/jest.js', '--env', environment, '--roots', 'jest');
    expect(stderr).toMatch(/1 passed/);
  });
}

const TYPED = `import init, { WasmRun, WasmStorage, type Series } from 'entrenar';
  export async function log(): Promise<Series> {
    await init();
    const run = await WasmRun.new('typed', { config: { lr: 0.1 } });
    run.log_metrics({ loss: 1 });
    console.log(new Blob([await run.get_artifact('weights')]).size);
    return (await WasmStorage.open()).get_metrics(run.run_id(), 'loss');
  }`;

for (const compiler of ['typescript5.4', 'typescript5.9', 'typescript7.0']) {
  test(`${compiler} compiles what uses the package`, async () => {
    const root = await installConsumer('node-versions');
    await writeFile(join(root, 'typed.ts'), TYPED);
    for (const [module, moduleResolution] of [['node16', 'node16'], ['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
      for (const lib of [['es2022', 'dom'], ['es2022', 'webworker'], ['esnext', 'dom']]) {
        const compilerOptions = { strict: true, noEmit: true, target: 'es2022', types: [], module, moduleResolution, lib };
        await writeFile(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
        const said = await runIn(root, `${compiler}/bin/tsc`).then(() => '', ({ stdout }) => stdout);
        expect(said, `${moduleResolution}, ${lib}`).toBe('');
      }
    }
  });
}
