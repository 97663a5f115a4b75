// A headless Chromium, where the machine has one.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { chromium } from 'playwright-core'

const executable = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => process.env.PATH.split(':').map((dir) => path.join(dir, name)))
  .find(existsSync)

// missing says why there is no browser; it is false when there is one.
export const missing = executable ? false : 'no Chromium on this machine; install chromium, and it runs'

// open opens a page, and closes the browser with the test.
export async function open(t, url) {
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  const problems = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => message.type() === 'error' && !message.location().url.endsWith('/favicon.ico') && problems.push(`${message.text()} ${message.location().url}`))
  const hosts = new Set()
  page.on('request', (request) => request.url().startsWith('http') && hosts.add(new URL(request.url()).host))
  await page.goto(url)
  return { page, problems, hosts }
}

// shoot leaves a picture of a page in the folder shots, to be looked at.
export async function shoot(page, name) {
  const dir = path.join(import.meta.dirname, '../shots')
  await mkdir(dir, { recursive: true })
  await page.screenshot({ path: path.join(dir, `${name}.png`) })
}
