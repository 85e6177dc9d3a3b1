"""What `ExactResume` is made of: state files, what goes into them, and Keras' `fit` from inside."""
