import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { completeLock, missingOptionals, platformOf, type PackageLock } from '../../tools/lock.ts'

test('the lock names every optional package, so that npm ci takes it', () => {
  expect(missingOptionals(lockOfProject())).toEqual([])
})

test('a lock without some of them is completed, for their platforms only', () => {
  const lock: PackageLock = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '1.2.3',
        dev: true,
        optionalDependencies: { '@tool/linux-arm64-musl': '1.2.3', '@tool/linux-x64': '1.2.3' },
      },
      'node_modules/@tool/linux-x64': { version: '1.2.3', dev: true, optional: true },
    },
  }
  expect(missingOptionals(lock)).toEqual([['@tool/linux-arm64-musl', '1.2.3', true]])
  expect(completeLock(lock).packages['node_modules/@tool/linux-arm64-musl']).toEqual({
    version: '1.2.3',
    cpu: ['arm64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  })
  expect(missingOptionals(completeLock(lock))).toEqual([])
})

test('a name that says no platform is not guessed', () => {
  expect(() => platformOf('@tool/native')).toThrow('@tool/native')
})

test('every dependency is pinned to one version', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as Record<string, Record<string, string>>
  const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
  expect(ranges.length).toBeGreaterThan(20)
  expect(ranges.filter(([, version]) => !/^\d+\.\d+\.\d+(-beta)?$/.test(version))).toEqual([])
})

function lockOfProject(): PackageLock {
  return JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as PackageLock
}
