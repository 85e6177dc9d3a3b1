from st_keras.plots.bundled_font import bundled_font


def test_size_and_weight():
    plain, bold, large = bundled_font(), bundled_font(bold=True), bundled_font(28)
    assert plain.getname() == ("DejaVu Sans", "Book")
    assert bold.getlength("latent") > plain.getlength("latent")
    assert abs(large.getlength("latent") - 2 * plain.getlength("latent")) < 4
