import { Answer, Stage, Wish } from './stage';

/** As much as is used here of what a worker has for a `self`; the page's types know only its own. */
interface IWorkerScope {
  onmessage: ((event: { data: Wish }) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = self as unknown as IWorkerScope;
const stage = new Stage();

scope.onmessage = ({ data }) => {
  const answer = stage.take(data);
  if (answer) {
    scope.postMessage(answer);
  }
};
scope.postMessage({ answer: 'ready' });
