"""The register of pipelines: what each is meant for, who stands for it, and where it may be used."""
