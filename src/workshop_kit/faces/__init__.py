"""Faces: what people touch. The command line, the participants' server, and the widgets in the notebook."""
