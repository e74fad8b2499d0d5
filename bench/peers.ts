import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../tools/bundle.ts'

/** The library of peers as a module that Node and a browser can load; it is no dependency of the product. */
export const OPENPGP: string = fileURLToPath(
  new URL('peers/node_modules/openpgp/dist/openpgp.min.mjs', import.meta.url),
)

/** Installs the packages of `bench/peers/package-lock.json` unless they are there. @throws Error if that fails */
export function installPeers(): void {
  if (existsSync(OPENPGP)) return
  const { status } = spawnSync('npm', ['ci', '--prefix', 'bench/peers', '--ignore-scripts'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The libraries to compare with could not be installed.')
}
