import { build } from 'esbuild'
import { writeFileSync } from 'node:fs'
import { leaveOutUnusedRecipients, ROOT } from '../../tools/bundle.ts'

/**
 * Bundles a program that a test runs in its own process. Unbundled, Node would spend most of its time on reading modules.
 * @param code - a module; `./cli/…` and the like are relative to the top folder of the project
 * @param file - the path of the program
 */
export async function writeProgram(code: string, file: string): Promise<void> {
  const { outputFiles } = await build({
    banner: { js: `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)` },
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
    platform: 'node',
    plugins: [leaveOutUnusedRecipients],
    stdin: { contents: code, loader: 'ts', resolveDir: ROOT },
    target: 'node24',
    write: false,
  })
  for (const { contents } of outputFiles) writeFileSync(file, contents)
}
