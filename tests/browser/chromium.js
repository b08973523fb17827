// How a browser is started, for the tests and for the measurements.

const { HIGHWATER_CHROMIUM, HIGHWATER_URL } = process.env;
if (!HIGHWATER_CHROMIUM || !HIGHWATER_URL) {
  throw new Error('start this with `cargo xtask test browser` or `cargo xtask bench`, which say where things are');
}

/** The address of the page. */
export const url = HIGHWATER_URL;

/** What Playwright needs to start it. */
export const launchOptions = {
  executablePath: HIGHWATER_CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
