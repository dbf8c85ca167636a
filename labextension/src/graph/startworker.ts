/**
 * Start a worker that folds and lays out beside the page.
 *
 * @throws Error where the browser, or the policy of the page, allows none
 */
export function startWorker(): Worker {
  return new Worker(new URL('./worker', import.meta.url));
}
