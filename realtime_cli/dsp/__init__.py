"""The workbench: samples in, samples out."""
