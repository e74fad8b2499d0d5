// Checks the bytes that a browser must fetch against their limits, and the bundles for code that must not be in them. Run it
// after the build.
import type { Metafile } from 'esbuild'
import { readFileSync } from 'node:fs'
import { ROOT } from '../tools/bundle.ts'
import { listFolder } from '../tools/files.ts'
import { outputOf } from '../tools/pages.ts'
import {
  judgeInputs,
  judgeStrings,
  judgeWeight,
  shares,
  weigh,
  WEB_BANS,
  WORKER_BANS,
  type Built,
  type Step,
} from './rules.ts'

const PAGE = ['index.html', outputOf(metaOf('web'), 'web/style/main.css').replace('dist/web/', '')]

/** The steps of sending a text. Each includes the ones before it. */
const STEPS: readonly Step[] = [
  { name: 'until one can type', files: PAGE, modules: ['web/main.tsx'], maxBytes: 33_000 },
  {
    name: 'until a text is sealed and its link is shown',
    files: PAGE,
    modules: ['web/main.tsx', 'web/send/to-link.ts', 'web/platform/store.ts', 'web/pages/link/sealed.tsx'],
    maxBytes: 75_500,
  },
]

const web = read('web')
const weights = STEPS.map((step) => weigh(step, web, metaOf('web')))
for (const { name, bytes, maxBytes, parts } of weights) {
  console.log(`${String(bytes).padStart(7)} of ${maxBytes} bytes ${name}`)
  for (const [path, size] of parts) console.log(`${String(size).padStart(15)} ${path}`)
}
for (const bundle of ['worker', 'web', 'cli']) {
  const parts = shares(metaOf(bundle)).map(([origin, bytes]) => `${origin} ${bytes}`)
  console.log(`dist/${bundle} is made of, in bytes before compression: ${parts.join(', ')}`)
}

// Licences name their authors' sites, in a file that no script reads.
const served = new Map([...web].filter(([path]) => path !== 'licenses.txt'))
const faults = [
  ...weights.flatMap(judgeWeight),
  ...judgeInputs(metaOf('worker')),
  ...judgeStrings('worker', read('worker'), WORKER_BANS),
  ...judgeStrings('web', served, WEB_BANS),
]
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1

function read(folder: string): Built {
  return new Map(
    listFolder(`${ROOT}dist/${folder}`).map((path) => [path, readFileSync(`${ROOT}dist/${folder}/${path}`)]),
  )
}

function metaOf(bundle: string): Metafile {
  return JSON.parse(readFileSync(`${ROOT}dist/meta/${bundle}.json`, 'utf8')) as Metafile
}
