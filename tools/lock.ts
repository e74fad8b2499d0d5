// Completes package-lock.json: `npm ci` refuses a lock that does not name every optional package, and `npm install` leaves out
// those that the registry does not have (a mirror may keep one platform only). Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs'

interface LockEntry {
  version?: string
  os?: string[]
  cpu?: string[]
  libc?: string[]
  dev?: boolean
  optional?: boolean
  optionalDependencies?: Record<string, string>
}

export interface PackageLock {
  packages: Record<string, LockEntry>
}

/** The optional packages that a lock mentions without an entry, as `[name, version, dev]`. */
export function missingOptionals(lock: PackageLock): [name: string, version: string, dev: boolean][] {
  return Object.entries(lock.packages).flatMap(([location, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !(`${location}/node_modules/${name}` in lock.packages))
      .filter(([name]) => !(`node_modules/${name}` in lock.packages))
      .map(([name, version]): [string, string, boolean] => [name, version, entry.dev === true]),
  )
}

/** The platform of a package of native code, read from its name: it keeps npm from fetching the package elsewhere. */
export function platformOf(name: string): Required<Pick<LockEntry, 'os' | 'cpu'>> & Pick<LockEntry, 'libc'> {
  const words = name.split(/[/-]/)
  const os = words.flatMap((word) => SYSTEMS[word] ?? [])[0]
  const cpu = words.flatMap((word) => PROCESSORS[word] ?? [])[0]
  const libc = /musl/.test(name) ? 'musl' : /gnu/.test(name) ? 'glibc' : undefined
  if (os === undefined || cpu === undefined) throw new Error(`The name ${name} does not say what platform it is for.`)
  return { cpu: [cpu], os: [os], ...(libc === undefined || os !== 'linux' ? {} : { libc: [libc] }) }
}

/** Adds the missing entries. Packages without a platform in their name must be added by hand. */
export function completeLock(lock: PackageLock): PackageLock {
  const packages = { ...lock.packages }
  for (const [name, version, dev] of missingOptionals(lock)) {
    if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version))
      throw new Error(`${name} is asked for as ${version}, which names no one version.`)
    const { cpu, os, libc } = platformOf(name)
    // In npm's own order, so that npm finds nothing to rewrite.
    packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(dev ? { dev } : {}),
      ...(libc ? { libc } : {}),
      optional: true,
      os,
    }
  }
  const root = packages['']
  const rest = Object.entries(packages).filter(([location]) => location !== '')
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lock, packages: { ...(root ? { '': root } : {}), ...Object.fromEntries(rest) } }
}

const SYSTEMS: Readonly<Record<string, string>> = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win32: 'win32',
  windows: 'win32',
}

const PROCESSORS: Readonly<Record<string, string>> = {
  '64': 'x64',
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
}

if (import.meta.main) {
  const file = new URL('../package-lock.json', import.meta.url)
  const lock = JSON.parse(readFileSync(file, 'utf8')) as PackageLock
  const missing = missingOptionals(lock)
  writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`)
  console.log(missing.length === 0 ? 'The lock names every package.' : `Added ${missing.length} optional packages.`)
}
