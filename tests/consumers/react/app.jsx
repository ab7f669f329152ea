import { useEffect, useState } from 'react';
import { openRun } from './run.js';

export function App() {
  const [points, setPoints] = useState(0);
  useEffect(() => {
    let timer;
    let left = false;
    openRun().then((run) => {
      if (left) return;
      timer = setInterval(() => {
        run.log_metric('loss', 1 / (run.current_step('loss') + 1));
        setPoints(run.current_step('loss'));
      }, 20);
    });
    return () => {
      left = true;
      clearInterval(timer);
    };
  }, []);
  return <p id="said">version 1: {points > 0 ? 'logging' : 'waiting'}</p>;
}
