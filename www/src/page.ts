// The page: the dashboard, and the demo that gives it something to show.

import type { Activity } from './entrenar-dashboard';
import './entrenar-dashboard';
import { foldDemo } from './demo/demo-fold';
import './demo/training-demo';

const demoButton = document.querySelector<HTMLButtonElement>('#toggle-demo');
if (demoButton) foldDemo(demoButton);

const dashboard = document.querySelector('entrenar-dashboard');
document.addEventListener('training-begun', (event) => {
  dashboard?.showRun((event as CustomEvent<{ experiment_id: string; run_id: string }>).detail);
});

/** A tab in the background shows whether its runs still go on. */
const title = document.title;
document.addEventListener('entrenar-activity', (event) => {
  const { running, experiment } = (event as CustomEvent<Activity>).detail;
  const state = running > 0 ? `● ${running} running` : '';
  document.title = [state, experiment, title].filter(Boolean).join(' · ');
});
