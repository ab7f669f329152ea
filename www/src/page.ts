// The page: the dashboard, and the demo that gives it something to show.

import './entrenar-dashboard';
import './demo/training-demo';

const dashboard = document.querySelector('entrenar-dashboard');
document.addEventListener('training-begun', (event) => {
  dashboard?.showRun((event as CustomEvent<{ experiment_id: string; run_id: string }>).detail);
});
