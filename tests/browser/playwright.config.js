import { defineConfig } from '@playwright/test';
import { launchOptions, url } from './chromium.js';

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../../target/browser-tests',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: url,
    launchOptions,
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
});
