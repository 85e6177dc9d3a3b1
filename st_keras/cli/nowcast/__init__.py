"""What the commands do with a `Nowcaster`."""
