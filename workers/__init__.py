"""One file a queue, one short function a job."""
