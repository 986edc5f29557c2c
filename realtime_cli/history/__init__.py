"""Keep conversations, recordings and journals so that nothing is lost and all can be found, resumed and replayed."""
