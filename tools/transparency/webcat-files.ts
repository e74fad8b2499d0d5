import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Files } from '../files.ts'
import type { ReleaseManifest } from '../manifest.ts'
import { canonicalize, checkBundle, makeWebcatManifest, type Enrollment, type WebcatBundle } from './webcat.ts'

/** WEBCAT's files. */
export interface WebcatFiles {
  /** For the signers: the manifest, and the exact bytes to sign. */
  readonly unsigned: Files
  /** For browsers, below `/.well-known/webcat/`. Empty until the manifest is signed. */
  readonly served: Files
}

/**
 * Makes WEBCAT's files from a release and from the folder of its signers: `enrollment.json`, `tree-head` (the timestamp of an
 * unsigned manifest) and `manifest.json`, as WEBCAT's own tool signed it. Keys are never needed.
 * @param folder - none, if nothing is to be signed
 * @throws Error with a sentence if other files were signed, or a browser would refuse the signatures
 */
export function makeWebcatFiles(release: ReleaseManifest, folder?: string): WebcatFiles {
  const kept = folder === undefined ? {} : readKept(folder)
  const manifest = makeWebcatManifest(release, kept.signed?.manifest.timestamp ?? kept.treeHead)
  const unsigned = new Map([
    ['manifest.json', json({ manifest })],
    ['manifest.canonical', canonicalize(manifest)],
  ])
  if (kept.signed === undefined) return { unsigned, served: new Map() }
  const { enrollment, signed } = kept
  if (enrollment === undefined) throw new Error(`${folder} has a signed manifest and no enrollment.json.`)
  if (canonicalize(signed.manifest) !== canonicalize(manifest))
    throw new Error(`${folder}/manifest.json is signed for another build than this one.`)
  const bundle: WebcatBundle = { enrollment, manifest, signatures: signed.signatures }
  const checked = checkBundle(bundle)
  if (typeof checked === 'string') throw new Error(`${folder} cannot be served: ${checked}`)
  return {
    unsigned,
    served: new Map([
      ['.well-known/webcat/bundle.json', json(bundle)],
      ['.well-known/webcat/enrollment.json', json(enrollment)],
      ['.well-known/webcat/manifest.json', json({ manifest, signatures: signed.signatures })],
    ]),
  }
}

interface Kept {
  readonly enrollment?: Enrollment | undefined
  readonly treeHead?: string | undefined
  readonly signed?: Pick<WebcatBundle, 'manifest' | 'signatures'> | undefined
}

function readKept(folder: string): Kept {
  const read = (name: string): string | undefined => {
    const file = join(folder, name)
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : undefined
  }
  const enrollment = read('enrollment.json')
  const treeHead = read('tree-head')?.trim()
  const signed = read('manifest.json')
  if (enrollment === undefined && treeHead === undefined && signed === undefined)
    throw new Error(`WEBCAT is ${folder}, and nothing that is signed is there.`)
  // Our own files, read on our own machine. checkBundle reports their faults.
  return {
    enrollment: enrollment === undefined ? undefined : (JSON.parse(enrollment) as Enrollment),
    treeHead,
    signed: signed === undefined ? undefined : (JSON.parse(signed) as Pick<WebcatBundle, 'manifest' | 'signatures'>),
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
