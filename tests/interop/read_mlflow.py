"""What an MLflow tracking server holds of a run, read by MLflow's own client, as JSON: `read_mlflow.py <address> <run id>`.

Numbers are texts, for JSON has no NaN.
"""

import json
import pathlib
import sys
import tempfile

from mlflow.tracking import MlflowClient


def artifacts(client, run_id, folder=""):
    found = {}
    for file in client.list_artifacts(run_id, folder or None):
        if file.is_dir:
            found |= artifacts(client, run_id, file.path)
        else:
            with tempfile.TemporaryDirectory() as directory:
                found[file.path] = pathlib.Path(client.download_artifacts(run_id, file.path, directory)).read_bytes().hex()
    return found


def main(address, run_id):
    client = MlflowClient(tracking_uri=address)
    run = client.get_run(run_id)
    experiment = client.get_experiment(run.info.experiment_id)
    history = {key: client.get_metric_history(run_id, key) for key in run.data.metrics}
    print(
        json.dumps(
            {
                "experiment": experiment.name,
                "runs": len(client.search_runs([experiment.experiment_id])),
                "name": run.info.run_name,
                "status": run.info.status,
                "start_time": run.info.start_time,
                "end_time": run.info.end_time,
                "params": run.data.params,
                "tags": run.data.tags,
                "metrics": {
                    key: [[str(point.step), str(point.timestamp), repr(point.value)] for point in points]
                    for key, points in history.items()
                },
                "artifacts": artifacts(client, run_id),
            }
        )
    )


main(*sys.argv[1:])
